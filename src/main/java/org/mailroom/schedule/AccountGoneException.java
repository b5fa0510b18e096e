package org.mailroom.schedule;

/**
 * The account was deleted since its task was put on the queue: nothing is to be imported, and
 * nothing is wrong.
 */
final class AccountGoneException extends RuntimeException {

  AccountGoneException(String accountId) {
    super("account " + accountId + " was deleted before its import began.");
  }
}
