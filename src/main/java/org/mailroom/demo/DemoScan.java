package org.mailroom.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Defender for Office 365, dynamic delivery: a placeholder stands for the attachments until they
 * are scanned.
 *
 * @param placeholder what is seen meanwhile
 * @param end on the clock of {@link System#nanoTime}; {@link Long#MAX_VALUE} for none
 */
record DemoScan(DemoAttachment placeholder, long end) {

  static DemoScan begin(String name, DemoIds ids, Duration time) {
    byte[] text =
        "Subject: Scan In Progress\r\n\r\nThe attachments are being scanned.\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    return new DemoScan(
        new DemoAttachment(ids.next("AAkALgAtt"), "itemAttachment", name, null, false, null, text),
        time == null ? Long.MAX_VALUE : System.nanoTime() + time.toNanos());
  }

  /** What is seen of the attachments now. */
  List<DemoAttachment> seen(List<DemoAttachment> attachments) {
    return end == Long.MAX_VALUE || System.nanoTime() - end < 0
        ? List.of(placeholder)
        : attachments;
  }
}
