package org.mailroom.discovery;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.account.DiscoveredAccounts.Found;
import org.mailroom.account.DiscoveredId;
import org.mailroom.credential.CredentialException;
import org.mailroom.discovery.DiscoveryTable.Known;
import org.mailroom.discovery.DiscoveryTable.State;
import org.mailroom.graph.GraphException;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.DatabaseTime;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.RouteNotRunningException;
import org.springframework.stereotype.Component;

/**
 * Entries whose mailboxes are the members of a group. Who is in it is kept in the database: one
 * node asks, all know it, a start needs no service, and the id of an account outlives another name
 * of its user. When it is asked again is planned by the database's clock: nodes whose own clocks
 * differ would take each other's plans for wrong, and ask in turns without a pause. One thread at a
 * time calls it.
 */
@Component
class GroupEntries {

  private static final Duration FIRST_WAIT = Duration.ofMinutes(1);

  /** So far what nodes know of the database's clock may differ. */
  private static final Duration MARGIN = Duration.ofMinutes(5);

  private final DiscoveredAccounts discovered;
  private final Accounts accounts;
  private final GroupMembers groups;
  private final DiscoveryTable table;
  private final Duration every;
  private final Duration patience;
  private final DatabaseTime time;
  private final DiscoveryLog log = new DiscoveryLog();

  /** The revision that is known here, by entry. */
  private final Map<String, Long> revisions = new HashMap<>();

  /**
   * Group and credential of the settings here that were last asked by, by entry: nodes whose
   * settings differ don't change them to and fro.
   */
  private final Map<String, String> settled = new HashMap<>();

  GroupEntries(
      DiscoveredAccounts discovered,
      Accounts accounts,
      GroupMembers groups,
      DiscoveryTable table,
      MailroomProperties properties,
      DatabaseTime time) {
    this.discovered = discovered;
    this.accounts = accounts;
    this.groups = groups;
    this.table = table;
    this.every = properties.discoverEvery();
    this.patience =
        properties
            .limits()
            .requestTimeout()
            .plus(properties.limits().tokenTimeout())
            .plusMinutes(1);
    this.time = time;
  }

  private Map<String, AccountProperties> entries() {
    Map<String, AccountProperties> entries = new LinkedHashMap<>(discovered.entries());
    entries
        .values()
        .removeIf(settings -> settings.membersOf() == null || settings.membersOf().isBlank());
    return entries;
  }

  /**
   * Learns what other nodes, or an earlier run, were told, and asks nobody.
   *
   * @throws org.springframework.dao.DataAccessException when the database is down
   */
  void learn() {
    entries()
        .forEach(
            (entry, settings) ->
                learn(table.state(entry, group(settings), time.now()), group(settings)));
  }

  /**
   * Learns what others were told, and asks about the groups that are due.
   *
   * @param all about the others, too
   * @throws org.springframework.dao.DataAccessException when the database is down
   */
  void refresh(boolean all) {
    entries()
        .forEach(
            (entry, settings) -> {
              Instant now = time.now();
              String group = group(settings);
              State state = table.state(entry, group, now);
              String meant = group + " " + settings.credential();
              String before = settled.get(entry);
              boolean isOther =
                  !meant.equals(before) && (before != null || !state.groupId().equals(group));
              // later than it can be it is by a clock that was wrong
              boolean isDue =
                  !state.dueAt().isAfter(now)
                      || state.dueAt().isAfter(now.plus(every).plus(MARGIN));
              if (all || isDue || isOther) {
                table
                    .take(state, now, patience)
                    .ifPresent(
                        taken -> {
                          settled.put(entry, meant);
                          ask(entry, settings, ofGroup(taken, group, now), now);
                        });
              } else {
                settled.put(entry, meant);
              }
              learn(table.state(entry, group, now), group);
            });
  }

  private static String group(AccountProperties settings) {
    return settings.membersOf().strip();
  }

  /** Who was in another group isn't therefore in this one, whether it is told who is or not. */
  private State ofGroup(State taken, String group, Instant now) {
    if (taken.groupId().equals(group)) {
      return taken;
    }
    log.other(taken.entry(), group);
    return table.otherGroup(taken, group, now);
  }

  private void learn(State state, String group) {
    String entry = state.entry();
    if (!state.groupId().equals(group)) {
      // nobody knows yet who is in it
      discovered.set(entry, List.of());
      revisions.remove(entry);
      return;
    }
    discovered.problem(entry, state.problem());
    if (discovered.isTold(entry)
        && revisions.containsKey(entry)
        && revisions.get(entry) == state.revision()) {
      return;
    }
    List<Found> found =
        table.members(entry).stream()
            .filter(known -> !known.left())
            .map(known -> new Found(entry, known.account(), known.mailbox()))
            .toList();
    discovered.set(entry, found);
    revisions.put(entry, state.revision());
  }

  private void ask(String entry, AccountProperties settings, State taken, Instant now) {
    try {
      GroupMembers.Members members = groups.of(settings.credential(), group(settings));
      List<Known> known = table.members(entry);
      long before = known.stream().filter(one -> !one.left()).count();
      if (members.mailboxes().isEmpty()) {
        untold(
            taken,
            entry,
            "group "
                + group(settings)
                + (members.members() == 0
                    ? " has no members"
                    : " has " + members.members() + " members, and none" + " of them a mailbox")
                + (before == 0
                    ? "."
                    : ", and had " + before + " mailboxes before: these are imported on.")
                + " Look at the group; to import none of them any more, delete the entry.",
            now.plus(every));
        return;
      }
      told(entry, taken, members, known, now);
    } catch (GraphException
        | CredentialException
        | MembersNotToldException
        | RouteNotRunningException refusal) {
      boolean passes =
          refusal instanceof RouteNotRunningException
              || (refusal instanceof GraphException graph
                  ? graph.isTransient()
                  : refusal instanceof CredentialException credential && credential.isTransient());
      Duration wait = passes && FIRST_WAIT.compareTo(every) < 0 ? FIRST_WAIT : every;
      untold(
          taken,
          entry,
          refusal.getMessage()
              + (known(entry) == 0 ? "" : " The mailboxes that were found before are imported on."),
          now.plus(wait));
    }
  }

  String count(AccountProperties settings) {
    GroupMembers.Members members = groups.of(settings.credential(), group(settings));
    if (members.mailboxes().isEmpty()) {
      throw new Discovery.NotToldException(
          "the group has "
              + members.members()
              + " members, and none of them a mailbox. Look at the group.");
    }
    return "the group has "
        + members.members()
        + (members.members() == 1 ? " member, " : " members, ")
        + members.mailboxes().size()
        + " of them with a mailbox";
  }

  private long known(String entry) {
    return table.members(entry).stream().filter(one -> !one.left()).count();
  }

  private void untold(State taken, String entry, String problem, Instant due) {
    table.untold(taken, problem, due);
    log.problem(entry, problem);
  }

  private void told(
      String entry, State taken, GroupMembers.Members members, List<Known> known, Instant now) {
    Map<String, Known> byMember =
        known.stream().collect(Collectors.toMap(Known::member, one -> one));
    Map<String, Known> joined = new LinkedHashMap<>();
    Set<String> ids = new HashSet<>();
    members
        .mailboxes()
        .forEach(
            (member, mailbox) -> {
              Known before = byMember.get(member);
              if (before == null) {
                String id =
                    DiscoveredId.of(
                        entry,
                        mailbox,
                        candidate ->
                            !ids.add(candidate)
                                || accounts.home(candidate).isPresent()
                                || table.isTaken(candidate));
                joined.put(member, new Known(member, id, mailbox, false));
              } else if (before.left() || !before.mailbox().equals(mailbox)) {
                joined.put(member, new Known(member, before.account(), mailbox, false));
              }
            });
    List<Known> left =
        known.stream()
            .filter(one -> !one.left() && !members.mailboxes().containsKey(one.member()))
            .toList();
    table.told(taken, joined, left.stream().map(Known::member).toList(), now, now.plus(every));
    log.problem(entry, null);
    log.changed(
        entry,
        joined.values().stream().map(Known::mailbox).toList(),
        left.stream().map(Known::mailbox).toList());
  }
}
