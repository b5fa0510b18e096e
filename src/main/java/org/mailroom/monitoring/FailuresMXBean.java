package org.mailroom.monitoring;

import java.util.Map;

/**
 * The deliveries that were given up, as jconsole shows them: {@code org.mailroom:type=Failures}.
 */
public interface FailuresMXBean {

  long getTotal();

  Map<String, Long> getByAccount();

  /** Destinations that are down, and why. */
  Map<String, String> getDestinationsDown();

  /**
   * The causes, oldest first, one line a delivery: account, message id, destination, attempts,
   * cause. Nothing of what the mail says.
   *
   * @param account or empty for all
   */
  String[] list(String account, int most);

  /**
   * Delivers them again with the next import.
   *
   * @param account or empty for all
   * @param messageId or empty for all
   * @return how many deliveries
   */
  int retry(String account, String messageId);

  /**
   * Gives them up for good.
   *
   * @param account which must be given
   * @param messageId or empty for all of that account
   * @return how many deliveries
   */
  int discard(String account, String messageId);
}
