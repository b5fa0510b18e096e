package org.mailroom.account;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an import came to as a text that other nodes read, of this version or another: what one
 * doesn't know it passes over, and what isn't there counts as nothing. Failures are kept in words.
 * Safe for use by several threads.
 */
public final class StoredResults {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 2000;

  private StoredResults() {}

  /** Null for null. */
  public static @Nullable String text(@Nullable ImportResult result) {
    if (result == null) {
      return null;
    }
    ObjectNode text = JSON.createObjectNode();
    text.put("begun", result.begun().toString())
        .put("took", result.took().toMillis())
        .put("imported", result.imported())
        .put("passedOver", result.passedOver())
        .put("failed", result.failed())
        .put("givenUp", result.givenUp())
        .put("givenUpBefore", result.givenUpBefore())
        .put("waiting", result.waiting())
        .put("gone", result.gone())
        .put("unmarked", result.unmarked())
        .put("listedForNothing", result.listedForNothing())
        .put("requests", result.requests())
        .put("readingPaused", result.readingPaused());
    if (result.goesOnAt() != null) {
      text.put("goesOnAt", result.goesOnAt().toString());
    }
    if (result.firstRefusal() != null) {
      text.put("firstRefusal", shortened(result.firstRefusal()));
    }
    put(text, "firstUnmarked", result.firstUnmarked());
    put(text, "failure", result.failure());
    if (!result.folders().isEmpty()) {
      ArrayNode folders = text.putArray("folders");
      result
          .folders()
          .forEach(
              each ->
                  folders
                      .addObject()
                      .put("folder", shortened(each.folder()))
                      .put("state", each.state().name())
                      .put("until", each.until() == null ? null : each.until().toString()));
    }
    return text.toString();
  }

  private static void put(ObjectNode text, String name, @Nullable Exception failure) {
    if (failure != null) {
      FailureInWords words = FailureInWords.of(failure);
      text.putObject(name)
          .put("message", shortened(words.message()))
          .put("cause", shortened(words.cause()))
          .put("remedy", shortened(words.remedy()))
          .put("code", words.code())
          .put("passing", words.passing())
          .put("ofDatabase", words.ofDatabase());
    }
  }

  private static @Nullable String shortened(@Nullable String text) {
    return text == null || text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }

  /** Null for null, and for what isn't readable. */
  public static @Nullable ImportResult read(String account, String text) {
    if (text == null) {
      return null;
    }
    try {
      JsonNode read = JSON.readTree(text);
      return new ImportResult(
          account,
          Instant.parse(read.path("begun").asText()),
          Duration.ofMillis(read.path("took").asLong()),
          count(read, "imported"),
          count(read, "passedOver"),
          count(read, "failed"),
          count(read, "givenUp"),
          count(read, "givenUpBefore"),
          count(read, "waiting"),
          count(read, "gone"),
          count(read, "unmarked"),
          count(read, "listedForNothing"),
          read.path("requests").asLong(),
          read.path("readingPaused").asBoolean(),
          read.hasNonNull("goesOnAt") ? Instant.parse(read.path("goesOnAt").asText()) : null,
          failure(read.path("firstUnmarked")),
          read.path("firstRefusal").asText(null),
          failure(read.path("failure")),
          folders(read.path("folders")));
    } catch (JsonProcessingException | DateTimeException unreadable) {
      LOG.debug("account {}: what its last import came to can't be read", account, unreadable);
      return null;
    }
  }

  /** A state that this version doesn't know is passed over. */
  private static List<FolderStanding> folders(JsonNode read) {
    List<FolderStanding> folders = new ArrayList<>();
    for (JsonNode each : read) {
      Arrays.stream(FolderStanding.State.values())
          .filter(state -> state.name().equals(each.path("state").asText()))
          .findFirst()
          .ifPresent(
              state ->
                  folders.add(
                      new FolderStanding(
                          each.path("folder").asText(),
                          state,
                          each.hasNonNull("until")
                              ? Instant.parse(each.path("until").asText())
                              : null)));
    }
    return folders;
  }

  private static int count(JsonNode read, String name) {
    return read.path(name).asInt();
  }

  private static @Nullable Exception failure(JsonNode words) {
    if (words.isMissingNode() || words.isNull()) {
      return null;
    }
    return new FailureInWords.OfAnotherNode(
        new FailureInWords(
            words.path("message").asText(null),
            words.path("cause").asText(null),
            words.path("remedy").asText(null),
            words.path("code").asText(null),
            words.path("passing").asBoolean(),
            words.path("ofDatabase").asBoolean()));
  }
}
