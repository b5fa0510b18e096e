package org.mailroom;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.mailroom.message.AttachmentStore;
import org.mailroom.message.MailMessageConverters;
import org.mailroom.message.MailMessageJson;
import org.mailroom.message.MessageFolders;
import org.mailroom.message.MessageTranslator;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.dao.PersistenceExceptionTranslationAutoConfiguration;
import org.springframework.boot.autoconfigure.transaction.TransactionAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The runtime: Camel with the routes of the site, and the beans that they call. Nothing here is
 * proxied by annotations, which Spring would look for on each method of each bean at the start:
 * transactions are begun by {@code transacted} in routes and by a {@link TransactionTemplate} in
 * beans.
 */
@SpringBootApplication(
    exclude = {
      AopAutoConfiguration.class,
      PersistenceExceptionTranslationAutoConfiguration.class,
      TransactionAutoConfiguration.class
    })
@EnableConfigurationProperties(MailroomProperties.class)
@ComponentScan(
    excludeFilters =
        @ComponentScan.Filter(type = FilterType.REGEX, pattern = "org\\.mailroom\\.demo\\..*"))
class MailroomApplication {

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  TransactionTemplate transactionTemplate(PlatformTransactionManager transactions) {
    return new TransactionTemplate(transactions);
  }

  /**
   * The threads of the routes' parallel steps: virtual where the JVM has them. How many work at a
   * time the mailboxes' limits say.
   */
  @Bean(destroyMethod = "shutdown")
  ExecutorService importThreads() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException beforeJava21) {
      AtomicInteger number = new AtomicInteger();
      return Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "import-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
    }
  }

  @Bean
  MessageTranslator messageTranslator() {
    return new MessageTranslator();
  }

  @Bean
  MailMessageJson mailMessageJson() {
    return new MailMessageJson();
  }

  /**
   * For {@code marshal} in routes; whoever asks for an ObjectMapper without a name gets Spring's.
   */
  @Bean(defaultCandidate = false)
  ObjectMapper mailMessageMapper(MailMessageJson json) {
    return json.mapper();
  }

  @Bean
  MailMessageConverters mailMessageConverters() {
    return new MailMessageConverters();
  }

  @Bean
  MessageFolders messageFolders(MailroomProperties properties) {
    return new MessageFolders(properties.mailDir());
  }

  @Bean
  AttachmentStore attachmentStore(MessageFolders folders) {
    return new AttachmentStore(folders);
  }
}
