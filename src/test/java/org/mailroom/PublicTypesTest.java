package org.mailroom;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Public is what another package, a route, a page or a framework needs. The demo tenant is left
 * out: tests of every package need it.
 */
@AnalyzeClasses(packages = "org.mailroom", importOptions = ImportOption.DoNotIncludeTests.class)
class PublicTypesTest {

  /**
   * Where beans and classes are named without Java: routes of Mailroom and, in documents, of sites;
   * pages; what libraries look up.
   */
  private static final List<Path> NAMING =
      List.of(
          Path.of("routes"),
          Path.of("kamelets"),
          Path.of("docs"),
          Path.of("src/main/resources/META-INF"),
          Path.of("src/main/resources/templates"),
          Path.of("src/main/resources/application.yaml"));

  private static final String NAMED = named();

  /** Among much else. To look for each class by itself goes through all documents each time. */
  private static final Set<String> BEANS = found("(?:ref: |bean: *|[#@\"]|\\$\\{bean:)(\\w+)");

  private static final Set<String> CLASSES = found("\\b(org(?:\\.[a-z]\\w*)+\\.[A-Z]\\w*)");

  @ArchTest
  static final ArchRule public_is_what_another_package_needs =
      classes()
          .that()
          .arePublic()
          .and()
          .areTopLevelClasses()
          .and()
          .resideOutsideOfPackage("org.mailroom.demo..")
          .and(not(describe("are named in a route, a page or META-INF", PublicTypesTest::isNamed)))
          .and(
              not(
                  describe(
                      "are asked for by JMX, which wants them public",
                      type -> type.getSimpleName().endsWith("MXBean"))))
          .and(
              not(
                  describe(
                      "are endpoints, which Camel sets by generated code",
                      type -> type.isAssignableTo("org.apache.camel.Endpoint"))))
          .should(
              new ArchCondition<>("be needed by another package") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  boolean needed = isUsedElsewhere(type) || isHandedOut(type);
                  events.add(
                      new SimpleConditionEvent(
                          type,
                          needed,
                          type.getName() + " is public, and no other package needs it"));
                }
              });

  private static boolean isUsedElsewhere(JavaClass type) {
    return type.getDirectDependenciesToSelf().stream()
        .anyMatch(use -> !use.getOriginClass().getPackageName().equals(type.getPackageName()));
  }

  /**
   * A public type of the same package has it in its signature: others meet it without naming it.
   */
  private static boolean isHandedOut(JavaClass type) {
    return type.getDirectDependenciesToSelf().stream()
        .map(use -> use.getOriginClass())
        .distinct()
        .filter(other -> !other.equals(type) && other.getModifiers().contains(JavaModifier.PUBLIC))
        .anyMatch(
            other ->
                other.getRawSuperclass().filter(type::equals).isPresent()
                    || other.getRawInterfaces().contains(type)
                    || other.getCodeUnits().stream().anyMatch(unit -> isHandedOut(type, unit)));
  }

  private static boolean isHandedOut(JavaClass type, JavaCodeUnit unit) {
    return unit.getModifiers().contains(JavaModifier.PUBLIC)
        && (unit.getReturnType().getAllInvolvedRawTypes().contains(type)
            || unit.getParameterTypes().stream()
                .anyMatch(parameter -> parameter.getAllInvolvedRawTypes().contains(type)));
  }

  private static boolean isNamed(JavaClass type) {
    String name = type.getSimpleName();
    return BEANS.contains(name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1))
        || CLASSES.contains(type.getName());
  }

  private static Set<String> found(String pattern) {
    return Pattern.compile(pattern)
        .matcher(NAMED)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  private static String named() {
    return NAMING.stream()
        .flatMap(PublicTypesTest::files)
        .map(
            file -> {
              try {
                return Files.readString(file);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .collect(Collectors.joining("\n"));
  }

  private static Stream<Path> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(
              file ->
                  file.toString().matches(".*\\.(ya?ml|xml|md|html|factories)|.*/services/.*")
                      && Files.isRegularFile(file))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
