package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GraphExceptionTest {

  private static final String MAILBOX = "a@contoso.com";

  private static GraphException failure(
      GraphOperation operation, int status, String code, String detail) {
    return new GraphException(operation, MAILBOX, status, code, detail, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LIST_MESSAGES|403|ErrorQuotaExceeded||list messages of a@contoso.com: the mailbox is full"
            + " (HTTP 403 ErrorQuotaExceeded).|Free space in it",
        "MARK_MESSAGES|507|ErrorQuotaExceeded||mark messages of a@contoso.com: the mailbox is full"
            + " (HTTP 507 ErrorQuotaExceeded).|raise its quota, or give it an archive.",
        "GET_MIME|400|ErrorMimeContentInvalid||get mime of a@contoso.com: the service can't give"
            + " the original of this message (HTTP 400 ErrorMimeContentInvalid).|Outlook",
        "MARK_MESSAGES|400|ErrorInvalidMailboxItemId||mark messages of a@contoso.com: the message"
            + " doesn't belong to this mailbox (HTTP 400 ErrorInvalidMailboxItemId).|shared",
        "LIST_ATTACHMENTS|403|ErrorAccessDenied||list attachments of a@contoso.com: the service"
            + " doesn't give the content of this one message, as with a message that is protected"
            + " (rights management) (HTTP 403 ErrorAccessDenied).|Outlook",
        "LIST_MESSAGES|403|ErrorAccessDenied||list messages of a@contoso.com: the application may"
            + " not do this in this mailbox (HTTP 403 ErrorAccessDenied).|Mail.ReadWrite",
        "LIST_MESSAGES|400|BadRequest||list messages of a@contoso.com: the service doesn't"
            + " understand the request (HTTP 400 BadRequest).|Check the account's filter and"
            + " folder",
        "GET_MESSAGE|400|BadRequest||get message of a@contoso.com: the service doesn't understand"
            + " the request (HTTP 400 BadRequest).|Open the message in Outlook",
        "LIST_MESSAGES|0|MailroomNoAnswer|100 s|list messages of a@contoso.com: the service gave no"
            + " answer within 100 s (MailroomNoAnswer).|check the network",
        "GET_ATTACHMENT|0|MailroomTooSlow|not whole within 15 min|get attachment of a@contoso.com:"
            + " the service's answer came too slowly: not whole within 15 min"
            + " (MailroomTooSlow).|mailroom.limits.request-timeout",
        "LIST_MESSAGES|0|MailroomNotJson|it begins like a page of HTML|list messages of"
            + " a@contoso.com: the answer isn't Graph's: it is no JSON (MailroomNotJson, it begins"
            + " like a page of HTML).|mailroom.proxy",
        "BATCH|0|MailroomCutAnswer||batch of a@contoso.com: the answer was cut off or isn't whole"
            + " (MailroomCutAnswer).|proxy",
        "LIST_MESSAGES|0|||list messages of a@contoso.com: Microsoft Graph could not be reached (no"
            + " answer).|DNS",
        "LIST_MESSAGES|404|ErrorItemNotFound||list messages of a@contoso.com: the mailbox has no"
            + " such folder (HTTP 404 ErrorItemNotFound).|folder",
        "GET_ATTACHMENT|404|ErrorItemNotFound||get attachment of a@contoso.com: the service lists"
            + " an attachment that it doesn't give (HTTP 404 ErrorItemNotFound).|failed discard",
        "GET_MESSAGE|404|ErrorItemNotFound||get message of a@contoso.com: it isn't there any more"
            + " (HTTP 404 ErrorItemNotFound).|nothing to do",
        "GET_MESSAGE|500|||get message of a@contoso.com: the service has trouble (HTTP"
            + " 500).|service health"
      })
  void the_sentence_says_what_happened_where_and_what_to_do(
      GraphOperation operation,
      int status,
      String code,
      String detail,
      String cause,
      String remedy) {
    GraphException failure = failure(operation, status, code, detail);
    assertThat(failure.cause()).isEqualTo(cause);
    assertThat(failure.remedy()).contains(remedy);
    assertThat(failure).hasMessage(failure.cause() + " " + failure.remedy());
  }

  @ParameterizedTest
  @EnumSource(GraphError.class)
  void a_remedy_for_what_was_given_up_never_says_that_it_is_tried_again(GraphError error) {
    assertThat(error.remedyWhenGivenUp())
        .doesNotContain("by itself")
        .containsAnyOf("failed retry", "failed discard");
    assertThat(error.remedy()).isNotBlank();
  }

  @Test
  void the_subject_of_a_request_is_told() {
    GraphException failure =
        failure(GraphOperation.GET_ATTACHMENT, 500, null, null).about("attachment 3 of 5");
    assertThat(failure.cause())
        .isEqualTo(
            "get attachment of a@contoso.com, attachment 3 of 5: the service has trouble (HTTP"
                + " 500).");
    assertThat(failure.mailbox()).isEqualTo(MAILBOX);
    assertThat(failure.operation()).isEqualTo(GraphOperation.GET_ATTACHMENT);
  }

  @ParameterizedTest
  @CsvSource({
    "400, ErrorInvalidRecipients",
    "403, ErrorAccessDenied",
    "404, ErrorItemNotFound",
    "409, x",
    "500, ",
    "502, ",
    "503, ",
    "504, ",
    "0, MailroomCutAnswer",
    "0, MailroomNotJson",
    "0, MailroomNoAnswer",
    "0, MailroomTooSlow",
    "0, "
  })
  void a_refused_page_may_be_one_messages_fault(int status, String code) {
    assertThat(failure(GraphOperation.LIST_MESSAGES, status, code, null).mayBeOneMessagesFault())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "404, ErrorInvalidUser",
    "404, ErrorNonExistentMailbox",
    "404, MailboxNotEnabledForRESTAPI",
    "400, InefficientFilter",
    "400, ErrorInvalidRestriction",
    "429, ",
    "401, ",
    "403, ErrorQuotaExceeded",
    "507, ErrorQuotaExceeded",
    "404, ErrorFolderNotFound",
    "404, MailroomFolderNotFound",
    "0, MailroomForeignNextLink",
    "0, MailroomEndlessListing",
    "410, SyncStateNotFound"
  })
  void what_is_the_mailboxs_or_the_accounts_matter_is_no_messages_fault(int status, String code) {
    GraphException failure = failure(GraphOperation.LIST_MESSAGES, status, code, null);
    assertThat(failure.mayBeOneMessagesFault()).isFalse();
    assertThat(failure.concernsOneMessage()).isFalse();
  }

  @Test
  void an_outage_is_nobodys_fault() {
    GraphException outage =
        new GraphException(
            GraphOperation.LIST_MESSAGES, MAILBOX, 0, null, null, new ConnectException("refused"));
    assertThat(outage.mayBeOneMessagesFault()).isFalse();
    assertThat(outage.mayConcernOneMessage()).isFalse();
    assertThat(outage.isTransient()).isTrue();
  }

  @Test
  void one_message_is_told_from_all_of_them() {
    assertThat(
            failure(GraphOperation.GET_MIME, 400, "ErrorMimeContentInvalid", null)
                .concernsOneMessage())
        .isTrue();
    assertThat(failure(GraphOperation.GET_MESSAGE, 404, "ErrorItemNotFound", null).isGone())
        .isTrue();
    assertThat(
            failure(GraphOperation.LIST_ATTACHMENTS, 403, "ErrorAccessDenied", null)
                .mayConcernOneMessage())
        .isTrue();
    assertThat(
            failure(GraphOperation.GET_MESSAGE, 403, "ErrorQuotaExceeded", null)
                .mayConcernOneMessage())
        .isFalse();
    assertThat(
            failure(GraphOperation.GET_MESSAGE, 404, "ErrorInvalidUser", null)
                .mayConcernOneMessage())
        .isFalse();
  }
}
