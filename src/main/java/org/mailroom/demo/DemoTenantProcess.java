package org.mailroom.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A demo tenant in a process of its own, driven over {@link DemoControl}. It ends when its standard
 * input does.
 */
public final class DemoTenantProcess {

  private DemoTenantProcess() {}

  /**
   * Starts the tenant, writes its certificate to a file, and prints one line: address of the
   * identity platform, of Graph, and of the control.
   *
   * @param arguments the file for the certificate, PEM
   */
  public static void main(String[] arguments) throws IOException {
    try (DemoTenant tenant = DemoTenant.start();
        DemoControl control = new DemoControl(tenant)) {
      tenant.stopRecording();
      Files.writeString(Path.of(arguments[0]), tenant.certificatePem());
      System.out.println(tenant.loginUrl() + " " + tenant.graphUrl() + " " + control.url());
      System.in.transferTo(java.io.OutputStream.nullOutputStream());
    }
  }
}
