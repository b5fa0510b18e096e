package org.mailroom;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.mailroom", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] CAPABILITIES = {"..account..", "..delivery..", "..command..", "..demo.."};

  @ArchTest
  static final ArchRule nothing_but_the_command_line_knows_the_demo_tenant = noClasses().that().resideOutsideOfPackage("..demo..")
      .and().doNotHaveFullyQualifiedName("org.mailroom.Mailroom").should().dependOnClassesThat().resideInAPackage("org.mailroom.demo..");

  @ArchTest
  static final ArchRule graph_message_and_credential_know_nothing_of_accounts_and_deliveries = noClasses()
      .that().resideInAnyPackage("..graph..", "..message..", "..credential..").should().dependOnClassesThat().resideInAnyPackage(CAPABILITIES);

  @ArchTest
  static final ArchRule the_message_model_stands_alone = noClasses().that().resideInAPackage("..message..")
      .should().dependOnClassesThat().resideInAnyPackage("..graph..", "..credential..", "..settings..", "org.springframework..");

  @ArchTest
  static final ArchRule settings_know_no_capability = noClasses().that().resideInAPackage("..settings..")
      .should().dependOnClassesThat().resideInAnyPackage("..account..", "..delivery..", "..graph..", "..message..", "..credential..");

  @ArchTest
  static final ArchRule accounts_know_nothing_of_deliveries = noClasses().that().resideInAPackage("..account..")
      .should().dependOnClassesThat().resideInAnyPackage("..delivery..", "..command..");
}
