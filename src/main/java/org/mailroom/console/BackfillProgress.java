package org.mailroom.console;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.ImportProgress;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** How far backfills are. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class BackfillProgress {

  /**
   * A backfill and where it stands.
   *
   * @param underway a node is at it, or begins or goes on with it at the account's next import;
   *     false: it ended, or it failed
   * @param here this node is at it
   * @param done messages that are dealt with, of {@code all}
   * @param all messages that it had before it when it began or went on; null while that isn't known
   */
  record Standing(
      Backfill backfill, boolean underway, boolean here, long done, @Nullable Long all) {

    public boolean isInterrupted() {
      return !underway && backfill.ended() == null;
    }

    /** It has begun, and another node is at it, or will be. */
    public boolean isElsewhere() {
      return underway && !here && backfill.position().isAfter(backfill.since());
    }
  }

  private final Backfills backfills;
  private final ImportProgress imports;

  BackfillProgress(Backfills backfills, ImportProgress imports) {
    this.backfills = backfills;
    this.imports = imports;
  }

  /**
   * The backfill of an account that runs, or the last one; empty also while the database is down.
   */
  Optional<Standing> of(String account) {
    try {
      return backfills.find(account).map(found -> standing(found, backfills.isUnderway(account)));
    } catch (DataAccessException databaseDown) {
      return Optional.empty();
    }
  }

  /** All that aren't through, by account; none while the database is down. */
  Map<String, Standing> unfinished() {
    Map<String, Standing> unfinished = new TreeMap<>();
    try {
      Set<String> underway = backfills.underway();
      backfills
          .unfinished()
          .forEach(
              (account, backfill) ->
                  unfinished.put(account, standing(backfill, underway.contains(account))));
    } catch (DataAccessException databaseDown) {
      return Map.of();
    }
    return unfinished;
  }

  private Standing standing(Backfill backfill, boolean underway) {
    boolean here = backfills.running(backfill.account()).isPresent();
    long through =
        !here
            ? 0
            : imports.running(backfill.account()).map(ImportProgress.Running::through).orElse(0);
    // what arrived since it was counted isn't in the count
    Long all = backfill.total() == null ? null : Long.valueOf(Math.max(backfill.total(), through));
    return new Standing(backfill, underway, here, through, all);
  }
}
