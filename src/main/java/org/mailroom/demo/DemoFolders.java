package org.mailroom.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The folders of a mailbox. A name may hold anything: slashes, decomposed umlauts, outer blanks.
 * Guarded by the mailbox.
 */
final class DemoFolders {

  private static final Map<String, String> WELL_KNOWN = new LinkedHashMap<>();

  static {
    WELL_KNOWN.put("inbox", "Inbox");
    WELL_KNOWN.put("drafts", "Drafts");
    WELL_KNOWN.put("sentitems", "Sent Items");
    WELL_KNOWN.put("deleteditems", "Deleted Items");
    WELL_KNOWN.put("archive", "Archive");
    WELL_KNOWN.put("junkemail", "Junk Email");
    WELL_KNOWN.put("outbox", "Outbox");
    WELL_KNOWN.put("conversationhistory", "Conversation History");
  }

  private final DemoIds ids;
  private final Map<String, DemoFolder> folders = new LinkedHashMap<>();

  DemoFolders(DemoIds ids) {
    this.ids = ids;
    WELL_KNOWN.forEach((name, displayName) -> add(null, displayName, name));
  }

  private DemoFolder add(String parentId, String displayName, String wellKnown) {
    DemoFolder folder =
        new DemoFolder(
            ids.next("AQMkAD").replace('/', '-').replace('+', '_'),
            parentId,
            displayName,
            wellKnown);
    folders.put(folder.id(), folder);
    return folder;
  }

  DemoFolder create(String parentId, String name) {
    return add(parentId, name, null);
  }

  /** What is missing of it is created. */
  String id(List<String> names) {
    DemoFolder at = null;
    for (String name : names) {
      String parent = at == null ? null : at.id();
      at = child(parent, name).orElseGet(() -> create(parent, name));
    }
    return at.id();
  }

  boolean has(String id) {
    return folders.containsKey(id);
  }

  Optional<DemoFolder> child(String parentId, String name) {
    return folders.values().stream()
        .filter(
            folder ->
                Objects.equals(folder.parentId(), parentId)
                    && folder.displayName().equalsIgnoreCase(name))
        .findFirst();
  }

  /** By id or well-known name. */
  Optional<DemoFolder> find(String idOrName) {
    DemoFolder byId = folders.get(idOrName);
    return byId != null
        ? Optional.of(byId)
        : folders.values().stream()
            .filter(folder -> idOrName.toLowerCase(Locale.ROOT).equals(folder.wellKnown()))
            .findFirst();
  }

  List<DemoFolder> children(String parentId) {
    return folders.values().stream()
        .filter(folder -> Objects.equals(folder.parentId(), parentId))
        .toList();
  }
}
