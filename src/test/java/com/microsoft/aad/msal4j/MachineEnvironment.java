package com.microsoft.aad.msal4j;

import java.util.Map;

/**
 * The environment variables by which msal4j tells where it runs, for tests: those of the process
 * can't be set.
 */
public final class MachineEnvironment {

  private MachineEnvironment() {}

  public static void set(Map<String, String> variables) {
    ManagedIdentityApplication.setEnvironmentVariables(variables::get);
  }

  public static void reset() {
    ManagedIdentityApplication.setEnvironmentVariables(null);
  }
}
