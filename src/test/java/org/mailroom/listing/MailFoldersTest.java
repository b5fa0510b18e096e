package org.mailroom.listing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.account.Account;
import org.mailroom.account.AccountFolder;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.settings.AfterFailure;
import org.mailroom.settings.AfterImport;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.Content;

class MailFoldersTest {

  private static final String ID = "AAMkAGI2TGuLAAA_".repeat(5);

  /** Folders by id; a page has two. */
  private static final class FolderService implements Graph {

    private record Folder(String id, String parent, String name) {}

    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Folder> folders = new LinkedHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private GraphException refusal;
    private boolean createsAllTheSame;

    FolderService with(String id, String parent, String name) {
      folders.put(id, new Folder(id, parent, name));
      return this;
    }

    @Override
    public <T> T ask(GraphRequest<T> request) {
      asked.add(
          request.method()
              + " "
              + request.uri().getPath().replace("/v1.0/users/support@contoso.com/", ""));
      assertThat(request.credential()).isEqualTo("contoso");
      try {
        return request.read(
            new ByteArrayInputStream(answer(request).getBytes(StandardCharsets.UTF_8)));
      } catch (IOException broken) {
        throw new GraphException(
            request.operation(),
            request.mailbox(),
            0,
            "MailroomCutAnswer",
            broken.getMessage(),
            broken);
      }
    }

    private String answer(GraphRequest<?> request) throws IOException {
      String[] path = request.uri().getPath().split("/mailFolders/?");
      String parent = path.length == 1 ? "" : path[1].replace("/childFolders", "");
      if (request.method().equals("POST")) {
        return create(parent, json.readTree(request.content()).path("displayName").asText());
      }
      if (path.length > 1 && !path[1].endsWith("/childFolders")) {
        return byId(request, parent);
      }
      ObjectNode page = json.createObjectNode();
      var value = page.putArray("value");
      int skip =
          Integer.parseInt(ScriptedService.options(request.uri()).getOrDefault("$skip", "0"));
      List<Folder> children =
          folders.values().stream().filter(folder -> folder.parent().equals(parent)).toList();
      children.stream()
          .skip(skip)
          .limit(2)
          .forEach(
              folder ->
                  value
                      .addObject()
                      .put("id", folder.id())
                      .put("displayName", folder.name())
                      .put(
                          "childFolderCount",
                          folders.values().stream()
                              .filter(each -> each.parent().equals(folder.id()))
                              .count()));
      if (skip + 2 < children.size()) {
        page.put(
            "@odata.nextLink",
            "https://graph.example" + request.uri().getPath() + "?$skip=" + (skip + 2));
      }
      return page.toString();
    }

    private String byId(GraphRequest<?> request, String id) {
      Folder folder =
          folders.get(
              id.equals("archive") ? "archive-id" : id.equals("msgfolderroot") ? "root" : id);
      if (folder == null) {
        throw new GraphException(
            request.operation(), request.mailbox(), 400, "ErrorInvalidIdMalformed", null, null);
      }
      return json.createObjectNode()
          .put("id", folder.id())
          .put("displayName", folder.name())
          .put("parentFolderId", folder.parent().isEmpty() ? "root" : folder.parent())
          .toString();
    }

    private String create(String parent, String name) {
      JsonNode created = json.createObjectNode().put("id", "new-" + name).put("displayName", name);
      if (refusal == null || createsAllTheSame) {
        with("new-" + name, parent, name);
      }
      if (refusal != null) {
        throw refusal;
      }
      return created.toString();
    }
  }

  private final FolderService service =
      new FolderService()
          .with("archive-id", "", "Archiv")
          .with("a", "", "Projekte")
          .with("b", "", "Zuletzt")
          .with("top", "", "Posteingang")
          .with("t", "inbox", "Tickets ")
          .with("s", "inbox", "Tickets 24/7")
          .with("u", "top", "U\u0308bergabe")
          .with("d", "t", "Dutch")
          .with(ID, "inbox", "By id");
  private final MailFolders folders =
      new MailFolders(
          service, new GraphUris(URI.create("https://graph.example/v1.0")), service.json);

  private String find(String folder) {
    return folders.find("support@contoso.com", "contoso", folder);
  }

  private String findOrCreate(String folder) {
    return folders.findOrCreate("support@contoso.com", "contoso", folder);
  }

  @ParameterizedTest
  @CsvSource({
    "inbox,inbox",
    "Inbox,inbox",
    "Inbox/Tickets,t",
    "inbox/ tickets /DUTCH,d",
    "Inbox/Tickets 24\\/7,s",
    "Posteingang/\u00dcbergabe,u",
    "Posteingang/U\u0308bergabe,u",
    "Zuletzt,b",
    "/Zuletzt/,b"
  })
  void names_are_compared_as_people_read_them_and_a_slash_in_a_name_is_escaped(
      String folder, String id) {
    assertThat(find(folder)).isEqualTo(id);
  }

  @Test
  void what_is_no_name_is_tried_as_an_id_and_a_long_path_is_no_id() {
    assertThat(find(ID)).isEqualTo(ID);
    assertThat(findOrCreate(ID)).isEqualTo(ID);
    String name = "a-name-of-more-than-sixty-characters-that-looks-like-an-id-all-the-same";
    service.with("long", "", name).with("long-child", "long", name);
    assertThat(find(name)).isEqualTo("long");
    assertThat(find(name + "/" + name)).isEqualTo("long-child");
    assertThat(find("a")).as("a short id").isEqualTo("a");
    assertThat(service.asked).noneMatch(request -> request.startsWith("POST"));
  }

  @Test
  void a_folder_that_is_not_there_is_told_with_what_was_looked_for_and_what_is_there() {
    assertThatThrownBy(() -> find("Inbox/Tickets 24/7"))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("looked for 'Tickets 24' of 'Inbox/Tickets 24/7'")
        .hasMessageContaining("'Tickets 24\\/7'")
        .hasMessageContaining("a slash in a name is written \\/")
        .extracting(failure -> ((GraphException) failure).code())
        .isEqualTo("MailroomFolderNotFound");
    for (int i = 0; i < 20; i++) {
      service.with("x" + i, "d", "x\n" + "y".repeat(100) + i);
    }
    assertThatThrownBy(() -> find("Inbox/Tickets/Dutch/none"))
        .isInstanceOf(GraphException.class)
        .satisfies(
            failure ->
                assertThat(failure.getMessage())
                    .doesNotContain("\n")
                    .hasSizeLessThan(1500)
                    .contains(", …"));
  }

  @Test
  void what_was_found_is_remembered_mailbox_by_mailbox_until_it_is_forgotten() {
    assertThat(find("Inbox/Tickets")).isEqualTo("t");
    int requests = service.asked.size();
    assertThat(find("Inbox/Tickets")).isEqualTo("t");
    assertThat(service.asked).hasSize(requests);
    folders.forget("sales@contoso.com", "Inbox/Tickets");
    find("Inbox/Tickets");
    assertThat(service.asked).hasSize(requests);
    folders.forget("support@contoso.com", "Inbox/Tickets");
    find("Inbox/Tickets");
    assertThat(service.asked).hasSize(2 * requests);
    folders.find("sales@contoso.com", "contoso", "Inbox/Tickets");
    assertThat(service.asked).hasSize(3 * requests);
  }

  @Test
  void only_what_is_missing_of_a_path_is_created() {
    assertThat(findOrCreate("Inbox/Tickets/Done/2026")).isEqualTo("new-2026");
    assertThat(service.asked)
        .filteredOn(request -> request.startsWith("POST"))
        .containsExactly(
            "POST mailFolders/t/childFolders", "POST mailFolders/new-Done/childFolders");
    assertThat(findOrCreate("Inbox/Tickets")).isEqualTo("t");
    assertThat(findOrCreate("Archive"))
        .as("whoever moves messages has to recognise the folder by its id")
        .isEqualTo("archive-id");
    assertThat(findOrCreate("Inbox/A\\/B")).isEqualTo("new-A/B");
    assertThat(service.asked).filteredOn(request -> request.startsWith("POST")).hasSize(3);
  }

  @Test
  void a_folder_that_somebody_else_created_meanwhile_is_looked_for_again() {
    service.refusal =
        new GraphException(
            GraphOperation.CREATE_FOLDER,
            "support@contoso.com",
            409,
            "ErrorFolderExists",
            null,
            null);
    assertThatThrownBy(() -> findOrCreate("Inbox/Done")).isSameAs(service.refusal);
    service.createsAllTheSame = true;
    assertThat(findOrCreate("Inbox/Done")).isEqualTo("new-Done");
  }

  @Test
  void a_mailbox_with_ever_more_folders_is_searched_in_a_bounded_number_of_requests() {
    for (int i = 0; i < 1000; i++) {
      service.with("many" + i, "d", "many" + i);
    }
    assertThatThrownBy(() -> find("Inbox/Tickets/Dutch/none"))
        .isInstanceOf(GraphException.class)
        .extracting(failure -> ((GraphException) failure).code())
        .isEqualTo("MailroomEndlessListing");
    assertThat(service.asked).hasSizeLessThanOrEqualTo(200);
  }

  private static Account account(boolean recursive, String... names) {
    return new Account(
        "support",
        "support@contoso.com",
        "contoso",
        List.of(names),
        recursive,
        "",
        Duration.ofMinutes(1),
        null,
        Content.JSON,
        false,
        List.of("database"),
        null,
        null,
        AttachmentsKept.ALL,
        new AfterImport(true, "Inbox/Done", List.of(), null, false, true),
        new AfterFailure(List.of(), "inbox/FAILED"));
  }

  private List<String> all(Account account) {
    return folders.findAll(account, "done").folders().stream()
        .map(folder -> folder.id() + " " + folder.path() + (folder.named() ? " named" : ""))
        .toList();
  }

  @Test
  void one_folder_by_its_well_known_name_costs_no_request() {
    assertThat(all(account(false, "Inbox"))).containsExactly("inbox inbox named");
    assertThat(service.asked).isEmpty();
  }

  @Test
  void
      a_folder_that_is_named_twice_or_lies_below_another_is_read_once_and_what_is_moved_to_only_when_it_is_named() {
    service
        .with("inbox", "root", "Posteingang")
        .with("done", "inbox", "Done")
        .with("failed", "inbox", "Failed")
        .with("kept", "failed", "Below failed")
        .with("e", "d", "Later");
    assertThat(all(account(true, "inbox/tickets", "inbox", "INBOX", "t")))
        .containsExactly(
            "t inbox/Tickets  named",
            "d inbox/Tickets /Dutch",
            "e inbox/Tickets /Dutch/Later",
            "inbox inbox named",
            "s inbox/Tickets 24\\/7",
            ID + " inbox/By id");
    service.with("f", "t", "French");
    assertThat(all(account(true, "inbox")))
        .as("what is made later is found")
        .contains("f inbox/Tickets /French");
    assertThat(all(account(true, "inbox", "inbox/failed")))
        .contains("failed inbox/Failed named", "kept inbox/Failed/Below failed")
        .doesNotContain("done inbox/Done");
  }

  @Test
  void folders_that_are_not_there_are_told_and_hold_up_no_other_unless_there_is_none() {
    FoundFolders found = folders.findAll(account(false, "Inbox/None", "Zuletzt"), null);
    assertThat(found.folders()).extracting(AccountFolder::id).containsExactly("b");
    assertThat(found.missing())
        .singleElement()
        .satisfies(why -> assertThat(why).hasMessageContaining("'None'"));
    assertThatThrownBy(() -> folders.findAll(account(false, "Inbox/None", "Neither"), null))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'None'");
  }

  @Test
  void
      where_a_folder_lies_is_told_from_a_well_known_name_of_the_account_or_from_the_top_on_and_asked_once() {
    service.with("root", "none", "Top of Information Store").with("inbox", "", "Posteingang");
    assertThat(folders.path(account(false, "inbox"), "d")).isEqualTo("inbox/Tickets /Dutch");
    assertThat(folders.path(account(false, "Zuletzt"), "u"))
        .isEqualTo("Posteingang/U\u0308bergabe");
    assertThat(folders.path(account(false, "Zuletzt"), "s"))
        .isEqualTo("Posteingang/Tickets 24\\/7");
    int asked = service.asked.size();
    assertThat(folders.path(account(false, "inbox"), "d")).isEqualTo("inbox/Tickets /Dutch");
    assertThat(service.asked).hasSize(asked);
    assertThat(folders.path(account(false, "inbox"), "unknown")).isNull();
  }
}
