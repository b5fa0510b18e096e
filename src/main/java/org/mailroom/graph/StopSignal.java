package org.mailroom.graph;

import java.time.Duration;

/** Whether the runtime stops, and a rest that ends when it does. */
interface StopSignal {

  boolean isStopping();

  /** Waits so long, or until the runtime begins to stop; once it stops, short rests go on. */
  void rest(Duration duration) throws InterruptedException;
}
