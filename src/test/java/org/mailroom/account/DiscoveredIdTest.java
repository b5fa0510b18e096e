package org.mailroom.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an account is called that is made of an entry and an address. */
class DiscoveredIdTest {

  private static String id(String entry, String address) {
    return DiscoveredId.of(entry, address, id -> false);
  }

  @Test
  void a_usual_address_can_be_read_in_it() {
    assertThat(id("everyone", "Ada.Lovelace@contoso.com"))
        .isEqualTo("everyone-ada.lovelace_contoso.com");
  }

  @Test
  void whatever_the_address_it_is_a_name_of_at_most_64_characters() {
    for (String address :
        List.of(
            "o'brien@contoso.com",
            "x".repeat(200) + "@contoso.com",
            "ümlaut@contoso.com",
            "a/b\\c:d@contoso.com",
            "$x@contoso.com",
            "22222222-3333-4444-5555-666666666666",
            "a@b.c.",
            "..@..")) {
      for (String entry : List.of("e", "everyone", "n".repeat(64))) {
        assertThat(id(entry, address))
            .matches("[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
            .hasSizeLessThanOrEqualTo(64);
      }
    }
  }

  @Test
  void other_addresses_and_entries_have_others_and_the_same_one_the_same_whatever_its_case() {
    Set<String> ids = new HashSet<>();
    List<String> addresses =
        List.of(
            "a.b@contoso.com",
            "a_b@contoso.com",
            "a@b_contoso.com",
            "a'b@contoso.com",
            "a/b@contoso.com",
            "x".repeat(100) + "1@contoso.com",
            "x".repeat(100) + "2@contoso.com");
    addresses.forEach(
        address -> {
          ids.add(id("one", address));
          ids.add(id("other", address));
        });
    assertThat(ids).hasSize(addresses.size() * 2);
    assertThat(id("one", "O'Brien@Contoso.com")).isEqualTo(id("one", "o'brien@contoso.com"));
  }

  @Test
  void one_that_something_else_has_gets_an_ending() {
    String id = DiscoveredId.of("one", "a@contoso.com", "one-a_contoso.com"::equals);
    assertThat(id)
        .startsWith("one-a_contoso.com-")
        .isEqualTo(DiscoveredId.of("one", "a@contoso.com", "one-a_contoso.com"::equals));
    assertThat(DiscoveredId.of("one", "a@contoso.com", Set.of("one-a_contoso.com", id)::contains))
        .isNotEqualTo(id)
        .startsWith("one-a_contoso.com-");
  }
}
