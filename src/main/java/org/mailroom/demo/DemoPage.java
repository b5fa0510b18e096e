package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.mailroom.demo.DemoFaults.Fault;

/**
 * A page of messages before it goes out.
 *
 * @param messages by the position of their items; null for an item that holds nothing of a message
 * @param size that was asked for
 * @param select empty for all properties
 */
record DemoPage(ObjectNode json, List<DemoMessage> messages, int size, Set<String> select) {

  /**
   * The page as it goes out: the first message that makes it fail decides how, whatever else is on
   * it.
   */
  DemoAnswer answer(DemoDamage damage, Fault ofSize) {
    DemoAnswer right = DemoAnswer.json(200, json);
    if (ofSize != null) {
      return damage.of(right, ofSize, -1);
    }
    DemoSpot spot =
        select.isEmpty() || select.contains("body") || select.contains("uniqueBody")
            ? DemoSpot.PAGE
            : DemoSpot.IDS;
    for (int i = 0; i < messages.size(); i++) {
      Fault fault = messages.get(i) == null ? null : messages.get(i).next(spot);
      if (fault != null) {
        return damage.of(right, fault, i);
      }
    }
    return right;
  }
}
