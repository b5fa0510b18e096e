package empty;

import org.apache.camel.builder.RouteBuilder;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A Camel Spring Boot application with Mailroom's dependencies and one timer. */
@SpringBootApplication
public class EmptyApplication {

  /** What it prints when its timer fires. */
  public static final String FIRST_POLL = "first poll";

  public static void main(String[] arguments) {
    SpringApplication.run(EmptyApplication.class, arguments);
  }

  @Bean
  RouteBuilder poll() {
    return new RouteBuilder() {
      @Override
      public void configure() {
        from("timer:poll?delay=0&period=1000").process(exchange -> System.out.println(FIRST_POLL));
      }
    };
  }
}
