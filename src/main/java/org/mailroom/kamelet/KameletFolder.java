package org.mailroom.kamelet;

import org.apache.camel.Component;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.springframework.beans.factory.annotation.Value;

/**
 * Where kamelets are read from: {@code camel.component.kamelet.location}, the site's folder before
 * what is packaged.
 */
@org.springframework.stereotype.Component
final class KameletFolder implements ComponentCustomizer {

  private final String location;

  KameletFolder(@Value("${camel.component.kamelet.location}") String location) {
    this.location = location;
  }

  @Override
  public void configure(String name, Component component) {
    ((KameletComponent) component).setLocation(location);
  }

  @Override
  public boolean isEnabled(String name, Component component) {
    return component instanceof KameletComponent;
  }
}
