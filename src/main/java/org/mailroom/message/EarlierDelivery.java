package org.mailroom.message;

/**
 * What the ledger knew of a message and one destination when the import met it.
 *
 * @param attempts how often it was tried
 * @param settled the destination has it, or somebody discarded the delivery
 * @param due it is to be tried now
 */
public record EarlierDelivery(int attempts, boolean settled, boolean due) {}
