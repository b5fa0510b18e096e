package org.mailroom.routes;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.mailroom.routes.ParsedFile.ParsedRoute;

/**
 * Two route files that claim the same: Camel would let the later one silently take the earlier
 * one's place.
 */
final class Conflicts {

  private record Claim(RouteFile file, ParsedRoute route) {}

  private final Map<String, Claim> claims = new HashMap<>();
  private final Predicate<RouteFile> changed;

  private Conflicts(Predicate<RouteFile> changed) {
    this.changed = changed;
  }

  /**
   * Checks files that are to run together.
   *
   * @param changed which of them are new: of two files the new one is at fault
   * @throws RouteFileException that names both files
   */
  static void check(Collection<ParsedFile> files, Predicate<RouteFile> changed) {
    Conflicts conflicts = new Conflicts(changed);
    for (ParsedFile file : files) {
      for (ParsedRoute route : file.routes()) {
        conflicts.check(new Claim(file.file(), route));
      }
    }
  }

  private void check(Claim claim) {
    ParsedRoute route = claim.route();
    if (route.id() != null) {
      claimId(route.id(), claim);
    }
    if (!route.from().isEmpty()) {
      claim(
          "from:" + route.from(),
          claim,
          (kept, refused) ->
              refused.route().shown()
                  + " begins with "
                  + route.from()
                  + ", and so does "
                  + of(kept, refused)
                  + ". One endpoint feeds one route: let one of them begin with another");
    }
    route.steps().forEach(step -> claimId(step, claim));
  }

  @SuppressWarnings("ReferenceEquality")
  private void claimId(String id, Claim claim) {
    claim(
        "id:" + id,
        claim,
        (kept, refused) ->
            (id.equals(refused.route().id())
                    ? "the id " + id
                    : "the id " + id + " of a step in " + refused.route().shown())
                + " is taken by "
                + (id.equals(kept.route().id()) ? "a route" : "a step of " + kept.route().shown())
                + (kept.file() == refused.file()
                    ? " in the same file"
                    : " in " + kept.file().shown())
                + ". Each id is there once: give one of them another");
  }

  @SuppressWarnings("ReferenceEquality")
  private static String of(Claim kept, Claim refused) {
    return kept.route().shown()
        + (kept.file() == refused.file() ? " in the same file" : " in " + kept.file().shown());
  }

  private void claim(String what, Claim claim, BiFunction<Claim, Claim, String> words) {
    Claim earlier = claims.putIfAbsent(what, claim);
    if (earlier != null) {
      boolean isEarlierAtFault = changed.test(earlier.file()) && !changed.test(claim.file());
      Claim kept = isEarlierAtFault ? claim : earlier;
      Claim refused = isEarlierAtFault ? earlier : claim;
      throw new RouteFileException(refused.file(), words.apply(kept, refused));
    }
  }
}
