package org.mailroom.command;

/** The application couldn't start; why, was told already. */
final class StartFailedException extends RuntimeException {

  StartFailedException(Throwable cause) {
    super(cause);
  }
}
