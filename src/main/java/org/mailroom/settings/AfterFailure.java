package org.mailroom.settings;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What happens in the mailbox to a message of which a delivery was given up.
 *
 * @param addCategories instead of {@code Mailroom failed}
 * @param moveTo folder by well-known name, path or id; a path is created where it is missing; null:
 *     it stays where it is
 */
public record AfterFailure(
    @DefaultValue @Size(max = 25, message = "has at most 25 categories")
        List<@Size(max = 255, message = "of one has at most 255 characters") String> addCategories,
    @Size(max = 1000, message = "has at most 1000 characters") String moveTo) {

  public AfterFailure {
    addCategories =
        addCategories == null
            ? List.of()
            : addCategories.stream().filter(category -> !category.isBlank()).toList();
  }

  @AssertTrue(
      message =
          "has neither add-categories nor move-to: set one of them, or leave after-failure out")
  boolean isAnything() {
    return !addCategories.isEmpty() || (moveTo != null && !moveTo.isBlank());
  }
}
