package org.mailroom.bench;

import java.util.List;

/** A measurement that can be run alone. */
interface Row {

  String name();

  /** Measures; leaves the tenant without mail, latency and window. */
  List<Figure> measure(Surroundings around) throws Exception;
}
