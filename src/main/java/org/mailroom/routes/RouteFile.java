package org.mailroom.routes;

import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;

/**
 * A file with routes.
 *
 * @param name its path below the folder of the routes, with slashes: {@code site/rules.camel.yaml}
 * @param shown how people are told of it: with the folder, or that it is packaged
 * @param location where Camel says that its routes come from
 */
record RouteFile(String name, String shown, String location, String text) {

  /** Whether a file of this name is read. */
  static boolean isRead(String name) {
    return isRoutes(name) && (!name.contains("/") || name.startsWith("site/"));
  }

  static boolean isRoutes(String name) {
    return name.endsWith(".camel.yaml") || name.endsWith(".camel.xml");
  }

  /** Files of one stem take each other's place, whether they are written in YAML or XML. */
  static String stem(String name) {
    return name.replaceFirst("\\.camel\\.(yaml|xml)$", "");
  }

  String stem() {
    return stem(name);
  }

  /** An editor that writes in two steps leaves such a file for a moment. */
  boolean isBlank() {
    return text.isBlank();
  }

  /** Whether it comes with Mailroom, and no file of the folder has its name. */
  boolean isPackaged() {
    return location.startsWith("classpath:");
  }

  /** Whether it is the site's to change. */
  boolean isSite() {
    return name.startsWith("site/");
  }

  Resource resource() {
    return ResourceHelper.fromString(location, text);
  }
}
