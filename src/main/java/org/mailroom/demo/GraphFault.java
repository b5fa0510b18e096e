package org.mailroom.demo;

import java.util.Map;

/** An answer that isn't a success, in Graph's shape. */
final class GraphFault extends RuntimeException {

  private final int status;
  private final String code;
  private final Map<String, String> headers;

  GraphFault(int status, String code, String message) {
    this(status, code, message, Map.of());
  }

  GraphFault(int status, String code, String message, Map<String, String> headers) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  Map<String, String> headers() {
    return headers;
  }
}
