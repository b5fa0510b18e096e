package org.mailroom.schedule;

import java.time.Instant;
import java.util.Map;

/**
 * The imports of an account fail.
 *
 * @param since when, by the database's time
 * @param told what the site was told of it; null: nothing yet
 */
record Trouble(Instant since, Map<String, Object> told) {}
