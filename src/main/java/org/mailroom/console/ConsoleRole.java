package org.mailroom.console;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** What somebody may do in the console; each may do what those before it may. */
enum ConsoleRole {
  /** Sees how everything does, and nothing of a mail. */
  VIEWER("sees how everything does, and no mail"),
  /** Sees mail, and does the day's work: retry, discard, pause, import, start and stop routes. */
  OPERATOR("also sees mail, retries, discards, pauses, imports, starts and stops routes"),
  /** Credentials, accounts and users. */
  ADMINISTRATOR("also changes credentials, accounts and users");

  private final String may;

  ConsoleRole(String may) {
    this.may = may;
  }

  /** What it allows, in words. */
  public String may() {
    return may;
  }

  /** As it is written in settings and forms. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<ConsoleRole> of(String word) {
    return Arrays.stream(values())
        .filter(role -> role.word().equalsIgnoreCase(word == null ? "" : word.strip()))
        .findFirst();
  }

  private String authority() {
    return "ROLE_" + name();
  }

  /** Its own and those of the lesser roles. */
  List<GrantedAuthority> authorities() {
    return Arrays.stream(values())
        .filter(role -> role.compareTo(this) <= 0)
        .<GrantedAuthority>map(role -> new SimpleGrantedAuthority(role.authority()))
        .toList();
  }

  /** Whether somebody has this role, or a greater one. */
  boolean isOf(Authentication who) {
    return who != null
        && who.isAuthenticated()
        && who.getAuthorities().stream()
            .anyMatch(authority -> authority.getAuthority().equals(authority()));
  }
}
