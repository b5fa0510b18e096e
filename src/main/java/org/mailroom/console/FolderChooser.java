package org.mailroom.console;

import org.mailroom.check.MailboxFolders;
import org.mailroom.credential.CredentialException;
import org.mailroom.credential.Credentials;
import org.mailroom.graph.GraphException;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The folders of a mailbox, as a part of the account's form that a script puts in. For
 * administrators: any mailbox can be asked for.
 */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class FolderChooser {

  private final MailboxFolders folders;
  private final Credentials credentials;

  FolderChooser(MailboxFolders folders, Credentials credentials) {
    this.folders = folders;
    this.credentials = credentials;
  }

  /**
   * One level of the mailbox.
   *
   * @param within the id of the folder whose folders are asked for; empty for the top
   * @param path of that folder
   */
  @GetMapping("/accounts/~folders")
  String list(
      @RequestParam(defaultValue = "") String mailbox,
      @RequestParam(defaultValue = "") String credential,
      @RequestParam(defaultValue = "") String within,
      @RequestParam(defaultValue = "") String path,
      Model model) {
    try {
      if (mailbox.isBlank() || credential.isBlank()) {
        model.addAttribute(
            "problem",
            mailbox.isBlank() ? "Enter the mailbox first." : "Choose the credential first.");
      } else if (credentials.find(credential).isEmpty()) {
        model.addAttribute("problem", "There is no credential " + credential + ".");
      } else {
        model.addAttribute(
            "level",
            folders.within(credential, mailbox.strip(), within.isEmpty() ? null : within, path));
      }
    } catch (MailboxFolders.NotListedException | GraphException | CredentialException e) {
      model.addAttribute("problem", e.getMessage());
    }
    return "folders";
  }
}
