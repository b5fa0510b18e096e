package org.mailroom;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.mailroom", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] CAPABILITIES = {
    "..account..", "..delivery..", "..command..", "..demo.."
  };

  @ArchTest
  static final ArchRule nothing_but_the_command_line_knows_the_demo_tenant =
      noClasses()
          .that()
          .resideOutsideOfPackage("..demo..")
          .and()
          .doNotHaveFullyQualifiedName("org.mailroom.Mailroom")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.mailroom.demo..");

  /** Its threads wait in the kernel, and the JVM waits 0.3 s for them when it ends. */
  @ArchTest
  static final ArchRule no_client_is_used_whose_threads_hold_up_the_end_of_a_command =
      noClasses()
          .that()
          .resideOutsideOfPackage("..demo..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.net.http..");

  @ArchTest
  static final ArchRule graph_and_credential_know_nothing_of_accounts_messages_and_deliveries =
      noClasses()
          .that()
          .resideInAnyPackage("..graph..", "..credential..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CAPABILITIES)
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("org.mailroom.message..");

  @ArchTest
  static final ArchRule messages_know_their_account_and_the_wire_and_nothing_further_down_the_flow =
      noClasses()
          .that()
          .resideInAPackage("org.mailroom.message..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.mailroom.delivery..",
              "org.mailroom.marking..",
              "org.mailroom.listing..",
              "org.mailroom.schedule..",
              "org.mailroom.console..",
              "org.mailroom.check..",
              "org.mailroom.monitoring..",
              "org.mailroom.command..",
              "org.mailroom.demo..");

  @ArchTest
  static final ArchRule of_accounts_a_message_knows_the_settings_alone =
      noClasses()
          .that()
          .resideInAPackage("org.mailroom.message..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("org.mailroom.account..")
                  .and(not(simpleName("Account")))
                  .and(not(simpleName("AccountImport")))
                  .and(not(simpleName("ImportTally")))
                  .and(not(simpleName("FetchTrouble")))
                  .and(not(simpleName("AtATime"))));

  @ArchTest
  static final ArchRule settings_know_no_capability =
      noClasses()
          .that()
          .resideInAPackage("..settings..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..account..", "..delivery..", "..graph..", "..message..", "..credential..");

  @ArchTest
  static final ArchRule accounts_know_nothing_of_deliveries =
      noClasses()
          .that()
          .resideInAPackage("..account..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..delivery..", "..command..");

  @ArchTest
  static final ArchRule packages_depend_on_each_other_in_no_circle =
      slices().matching("org.mailroom.(*)..").should().beFreeOfCycles();

  /** As the flow runs; each may use what stands before it in this list. */
  private static final String[] GROUND_TO_TOP = {
    "settings",
    "credential",
    "graph",
    "account",
    "discovery",
    "listing",
    "message",
    "delivery",
    "marking",
    "schedule",
    "push"
  };

  @ArchTest
  static void packages_depend_one_way_along_the_flow(JavaClasses classes) {
    for (int i = 0; i < GROUND_TO_TOP.length; i++) {
      for (int above = i + 1; above < GROUND_TO_TOP.length; above++) {
        noClasses()
            .that()
            .resideInAPackage("org.mailroom." + GROUND_TO_TOP[i] + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.mailroom." + GROUND_TO_TOP[above] + "..")
            .check(classes);
      }
    }
  }
}
