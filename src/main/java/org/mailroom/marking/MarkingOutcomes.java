package org.mailroom.marking;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.mailroom.account.AccountImport;
import org.springframework.stereotype.Component;

/** At the end of each batch of changes, answered or not: what came of it is noted, and the others go on. */
@Component("markingOutcomes")
final class MarkingOutcomes implements AggregationStrategy {

  private final Marking marking;

  MarkingOutcomes(Marking marking) {
    this.marking = marking;
  }

  @Override
  public Exchange aggregate(Exchange earlier, Exchange batch) {
    marking.over(batch.getVariable("import", AccountImport.class), batch.getVariable("changes", Changes.class), batch.getException());
    batch.setException(null);
    batch.getExchangeExtension().setRedeliveryExhausted(false);
    return earlier == null ? batch : earlier;
  }
}
