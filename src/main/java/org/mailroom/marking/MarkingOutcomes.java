package org.mailroom.marking;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.AccountImport;
import org.springframework.stereotype.Component;

/**
 * At the end of each batch of changes, answered or not: what came of it is noted, and the others go
 * on.
 */
@Component("markingOutcomes")
final class MarkingOutcomes implements AggregationStrategy {

  private final Marking marking;
  private final DeadLetters deadLetters;

  MarkingOutcomes(Marking marking, DeadLetters deadLetters) {
    this.marking = marking;
    this.deadLetters = deadLetters;
  }

  @Override
  public Exchange aggregate(@Nullable Exchange earlier, Exchange batch) {
    Changes changes = batch.getVariable("changes", Changes.class);
    try {
      if (changes.areOfDeadLetters()) {
        deadLetters.over(changes, batch.getException());
      } else {
        marking.over(
            batch.getVariable("import", AccountImport.class), changes, batch.getException());
      }
    } finally {
      changes.over();
    }
    batch.setException(null);
    batch.getExchangeExtension().setRedeliveryExhausted(false);
    return earlier == null ? batch : earlier;
  }
}
