package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What beans for the site's routes make of the stored contents of attachments. */
class AttachmentFilesTest {

  private static final MailAttachment REFERENCE =
      new MailAttachment(
          "r1",
          "reference",
          "plan.docx",
          null,
          null,
          false,
          null,
          null,
          null,
          "a reference: its content lies elsewhere",
          null);

  @Test
  void an_attachment_without_a_stored_content_is_refused_with_its_kind() {
    assertThatThrownBy(() -> new AttachmentFiles().file(REFERENCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no content of this attachment is stored: it is of kind reference");
    assertThatThrownBy(() -> new ClamdStreams().instream(REFERENCE, "25MB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no content of this attachment is stored: it is of kind reference");
  }
}
