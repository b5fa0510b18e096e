package org.mailroom.message;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What became of one message at its destinations. Safe for use by several threads: destinations may
 * be served side by side.
 */
final class Outcomes {

  final Set<String> delivered = ConcurrentHashMap.newKeySet();
  final Set<String> recorded = ConcurrentHashMap.newKeySet();
  final Map<String, Exception> refusals = new ConcurrentHashMap<>();
  final Map<String, Exception> outages = new ConcurrentHashMap<>();
}
