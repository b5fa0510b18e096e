package org.mailroom.message;

/**
 * Other large bodies are being worked on, and none of them came to its end in time. The message
 * waits; it costs no attempt.
 */
final class NoRoomException extends RuntimeException {

  NoRoomException(String message) {
    super(message);
  }
}
