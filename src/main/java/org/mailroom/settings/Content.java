package org.mailroom.settings;

/** What is kept of a message: its MailMessage document, its original RFC 822 text, or both. */
public enum Content {
  JSON,
  MIME,
  BOTH;

  public boolean keepsMime() {
    return this != JSON;
  }
}
