package org.mailroom.demo;

import static org.mailroom.demo.DemoControl.number;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;
import org.mailroom.demo.DemoFaults.Mixture;

/**
 * The part of {@link DemoControl} that makes things fail.
 *
 * <p>A fault is given as {@code status=503&code=serviceNotAvailable&retry-after=2}; without a code
 * a gateway answers, in HTML; a retry-after of {@code date:PT2S} is an HTTP date in the service's
 * time. Or as {@code kind=RESET_AFTER}, one of {@link Kind}: {@code DRIP} takes {@code
 * bytes-per-second}, {@code CONTENT_TYPE} takes {@code code}. {@code times=always} never ends.
 *
 * <ul>
 *   <li>{@code /faults?seed=1&share=0.05&of=OUTAGES,WRONG_ANSWERS,STALLS&seconds=300}: lets a share
 *       of the answers fail, for that time or for ever; the same seed and order of calls fail
 *       alike; a share of 0 ends it
 *   <li>{@code /fault?call=PATCH+/v1.0/users/&times=3} and a fault: the next calls fail whose
 *       method and path hold that text; a part of a batch is {@code PART PATCH /users/…}
 *   <li>{@code /large-pages?size=60} and a fault: pages of that size and more fail
 *   <li>{@code /mailbox-fault?address=a@b} and a fault: every request for the mailbox fails;
 *       without a fault it ends
 *   <li>{@code /message-fault?address=a@b&message=2&spot=PAGE&times=3&seconds=10} and a fault: what
 *       the message of that number, from 0, makes fail; spot is one of {@link DemoSpot}
 *   <li>{@code /message-property?address=a@b&message=2&name=importance&value=extraordinarilyHigh};
 *       {@code body/contentType} is a name, too
 *   <li>{@code /scan?address=a@b&message=2&name=ATP+Scan+In+Progress&seconds=60}: a placeholder for
 *       its attachments, for that time or until {@code /heal}
 *   <li>{@code /heal?address=a@b&message=2}: the message makes nothing fail any more
 *   <li>{@code /poison?address=a@b&seed=1&never=0.02&unmarkable=0.02&late=0.1&tries=3&scan=20}:
 *       spoils messages of the mailbox at random; answers fate and immutable id of each that isn't
 *       healthy, a line each; see {@link DemoPoison}
 *   <li>{@code /patches?address=a@b&message=2}: answers {@code patches idle-patches} of the message
 *   <li>{@code /folder?address=a@b&name=Inbox&name2=Tickets+24/7}: makes a folder; answers its id
 *   <li>{@code /token-loops?requests=10&seconds=60}: more token requests than that in the time are
 *       refused, as by Entra ID
 * </ul>
 */
final class DemoControlFaults {

  private final DemoTenant tenant;

  DemoControlFaults(DemoTenant tenant) {
    this.tenant = tenant;
  }

  /** Returns null for an unknown path. */
  String answer(String path, Map<String, String> options) {
    switch (path) {
      case "/faults" ->
          tenant
              .faults()
              .random(
                  number(options, "seed", 1),
                  share(options, "share"),
                  mixtures(options),
                  seconds(options, "seconds"));
      case "/fault" -> {
        String text = options.getOrDefault("call", "");
        tenant.faults().add(call -> call.contains(text), fault(options), times(options, 1));
      }
      case "/large-pages" ->
          tenant.faults().largePages(number(options, "size", Integer.MAX_VALUE), fault(options));
      case "/mailbox-fault" -> {
        boolean ends = !options.containsKey("status") && !options.containsKey("kind");
        tenant.mailbox(options.getOrDefault("address", "")).fails(ends ? null : fault(options));
      }
      case "/token-loops" ->
          tenant
              .identity()
              .refuseLoops(
                  number(options, "requests", Integer.MAX_VALUE),
                  Duration.ofSeconds(number(options, "seconds", 60)));
      case "/poison" -> {
        return poison(options);
      }
      case "/folder" -> {
        return tenant
            .mailbox(options.getOrDefault("address", ""))
            .createFolder(
                options.keySet().stream()
                    .filter(name -> name.startsWith("name"))
                    .sorted()
                    .map(options::get)
                    .toArray(String[]::new));
      }
      default -> {
        return ofMessage(path, options);
      }
    }
    return "done";
  }

  private String ofMessage(String path, Map<String, String> options) {
    switch (path) {
      case "/message-fault" -> {
        DemoSpot spot = DemoSpot.valueOf(options.getOrDefault("spot", "PAGE"));
        if (options.containsKey("seconds")) {
          message(options).fails(spot, fault(options), seconds(options, "seconds"));
        } else {
          message(options).fails(spot, fault(options), times(options, DemoFaults.ALWAYS));
        }
      }
      case "/message-property" ->
          message(options).property(options.getOrDefault("name", ""), options.get("value"));
      case "/scan" ->
          message(options)
              .scanning(
                  options.getOrDefault("name", "ATP Scan In Progress"),
                  seconds(options, "seconds"));
      case "/heal" -> message(options).heals();
      case "/patches" -> {
        return message(options).patches() + " " + message(options).idlePatches();
      }
      default -> {
        return null;
      }
    }
    return "done";
  }

  private DemoMessage message(Map<String, String> options) {
    List<DemoMessage> messages = tenant.mailbox(options.getOrDefault("address", "")).messages();
    int number = number(options, "message", 0);
    if (number < 0 || number >= messages.size()) {
      throw new IllegalArgumentException(
          "the mailbox has " + messages.size() + " messages, and none of number " + number);
    }
    return messages.get(number);
  }

  private String poison(Map<String, String> options) {
    DemoPoison poison =
        new DemoPoison(
            number(options, "seed", 1),
            share(options, "never"),
            share(options, "unmarkable"),
            share(options, "late"),
            number(options, "tries", 3),
            Duration.ofSeconds(number(options, "scan", 20)));
    StringBuilder fates = new StringBuilder();
    for (DemoMessage message : tenant.mailbox(options.getOrDefault("address", "")).messages()) {
      DemoPoison.Fate fate = poison.spoil(message);
      if (fate != DemoPoison.Fate.HEALTHY) {
        fates.append(fate).append(' ').append(message.immutableId()).append('\n');
      }
    }
    return fates.toString();
  }

  private static Fault fault(Map<String, String> options) {
    if (options.containsKey("kind") && !options.get("kind").equals("STATUS")) {
      return new Fault(
          Kind.valueOf(options.get("kind")),
          0,
          options.get("code"),
          Map.of(),
          number(options, "bytes-per-second", 1));
    }
    Fault fault = Fault.status(number(options, "status", 503), options.get("code"));
    return options.containsKey("retry-after")
        ? fault.retryAfter(options.get("retry-after"))
        : fault;
  }

  private static Set<Mixture> mixtures(Map<String, String> options) {
    return Arrays.stream(options.getOrDefault("of", "OUTAGES").split(","))
        .map(Mixture::valueOf)
        .collect(Collectors.toSet());
  }

  private static int times(Map<String, String> options, int fallback) {
    return "always".equals(options.get("times"))
        ? DemoFaults.ALWAYS
        : number(options, "times", fallback);
  }

  private static double share(Map<String, String> options, String name) {
    return Double.parseDouble(options.getOrDefault(name, "0"));
  }

  private static Duration seconds(Map<String, String> options, String name) {
    return options.containsKey(name) ? Duration.ofSeconds(number(options, name, 0)) : null;
  }
}
