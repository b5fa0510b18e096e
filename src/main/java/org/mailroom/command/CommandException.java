package org.mailroom.command;

/** A command can't do what it was asked; the message says why and what to do. */
final class CommandException extends RuntimeException {

  CommandException(String message) {
    super(message);
  }
}
