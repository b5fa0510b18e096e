package org.mailroom.graph;

import java.util.Locale;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpResponseInterceptor;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * Takes each answer for bytes, whatever type it says it has: camel-http takes a serialized Java
 * object for one, and gives none of it. The type of an attachment is what its sender chose.
 */
final class PlainContent implements HttpResponseInterceptor {

  private static final String JAVA_OBJECT = "application/x-java-serialized-object";

  @Override
  public void process(HttpResponse response, EntityDetails entity, HttpContext context) {
    Header type = response.getFirstHeader(HttpHeaders.CONTENT_TYPE);
    if (type != null
        && type.getValue() != null
        && type.getValue().strip().toLowerCase(Locale.ROOT).startsWith(JAVA_OBJECT)) {
      response.setHeader(HttpHeaders.CONTENT_TYPE, "application/octet-stream");
    }
  }
}
