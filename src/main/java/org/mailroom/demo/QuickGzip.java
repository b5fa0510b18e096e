package org.mailroom.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Packs as a server does what it packs anew for each client: quickly, not as small as it can be.
 */
final class QuickGzip extends GZIPOutputStream {

  QuickGzip(OutputStream packed) throws IOException {
    super(packed, 8 * 1024);
    def.setLevel(Deflater.BEST_SPEED);
  }
}
