package org.mailroom.schedule;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The imports of an account fail.
 *
 * @param since when, by the database's time
 * @param told what the site was told of it; null: nothing yet
 */
record Trouble(Instant since, @Nullable Map<String, Object> told) {}
