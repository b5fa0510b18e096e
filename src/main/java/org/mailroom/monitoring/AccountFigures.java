package org.mailroom.monitoring;

import java.time.LocalDate;
import java.util.Map;
import org.mailroom.delivery.WaitingDeliveries;

/**
 * What only the database knows of the accounts, by their ids.
 *
 * @param failed deliveries that were given up and wait for a decision
 * @param imported messages that were imported on a day
 * @param refused deliveries that were refused and are tried again
 */
record AccountFigures(
    Map<String, Long> failed,
    Map<String, Map<LocalDate, Long>> imported,
    Map<String, WaitingDeliveries.Refused> refused) {}
