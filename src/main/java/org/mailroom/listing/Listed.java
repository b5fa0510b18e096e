package org.mailroom.listing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one step of a listing brought.
 *
 * @param messages that weren't listed before; none when the step was one over a message that can't
 *     be listed
 * @param position where the walk goes on behind them
 */
public record Listed(List<ListedMessage> messages, @Nullable Position position) {}
