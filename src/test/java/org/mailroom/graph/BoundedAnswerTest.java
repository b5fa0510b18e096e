package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedAnswerTest {

  private final List<String> done = new ArrayList<>();
  private String reached;
  private long now;

  private final BoundedAnswer.Connection connection =
      new BoundedAnswer.Connection() {
        @Override
        public void discard() {
          done.add("discard");
        }

        @Override
        public String boundReached() {
          return reached;
        }

        @Override
        public void hurry() {
          done.add("hurry");
        }

        @Override
        public void ended() {
          done.add("ended");
        }
      };

  /** Brings so many bytes a read, each after so long. */
  private InputStream coming(int total, int atATime, Duration apart) {
    return new InputStream() {
      private int left = total;

      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] buffer, int offset, int wanted) throws IOException {
        if (reached != null) {
          throw new IOException("Socket closed");
        }
        now += apart.toNanos();
        int read = Math.min(Math.min(atATime, wanted), left);
        left -= read;
        return read == 0 ? -1 : read;
      }
    };
  }

  private BoundedAnswer answer(InputStream from) {
    return new BoundedAnswer(from, connection, new WireParts().properties.limits(), () -> now);
  }

  @Test
  void an_answer_that_drips_is_cut_after_twenty_seconds() {
    BoundedAnswer answer = answer(coming(5000, 1, Duration.ofSeconds(1)));
    assertThatThrownBy(answer::readAllBytes)
        .isInstanceOf(AnswerCutException.class)
        .hasMessage("less than 1024 bytes a second for 20 s");
    assertThat(Duration.ofNanos(now)).isEqualTo(Duration.ofSeconds(21));
    assertThat(done).contains("discard");
  }

  @Test
  void what_came_fast_before_is_no_credit() {
    InputStream fast = coming(10_000_000, 8192, Duration.ZERO);
    InputStream slow = coming(5000, 1, Duration.ofSeconds(1));
    BoundedAnswer answer = answer(new java.io.SequenceInputStream(fast, slow));
    assertThatThrownBy(answer::readAllBytes).isInstanceOf(AnswerCutException.class);
    assertThat(Duration.ofNanos(now)).isLessThan(Duration.ofSeconds(60));
  }

  @Test
  void a_slow_line_a_service_that_thinks_and_a_slow_reader_are_not_blamed() throws Exception {
    assertThat(answer(coming(100_000, 4096, Duration.ofSeconds(2))).readAllBytes())
        .hasSize(100_000);
    assertThat(answer(coming(100, 100, Duration.ofSeconds(60))).readAllBytes())
        .as("it thinks first")
        .hasSize(100);
    BoundedAnswer answer = answer(coming(100, 1, Duration.ofMillis(1)));
    for (int i = 0; i < 100; i++) {
      assertThat(answer.read()).isNotNegative();
      now += Duration.ofMinutes(1).toNanos();
    }
    assertThat(answer.read()).isEqualTo(-1);
  }

  @Test
  void the_bound_of_the_whole_request_is_the_reason_that_reading_ends_with() throws Exception {
    BoundedAnswer answer = answer(coming(100, 10, Duration.ZERO));
    assertThat(answer.read()).isNotNegative();
    reached = "not whole within 15 min";
    assertThatThrownBy(answer::readAllBytes)
        .isInstanceOf(AnswerCutException.class)
        .hasMessage("not whole within 15 min");
  }

  @Test
  void a_little_rest_is_read_so_that_the_connection_serves_again_and_more_is_thrown_away()
      throws Exception {
    BoundedAnswer little = answer(coming(1000, 100, Duration.ZERO));
    little.read();
    little.close();
    little.close();
    assertThat(done).doesNotContain("discard").contains("hurry");
    BoundedAnswer much = answer(coming(1_000_000, 100, Duration.ZERO));
    much.read();
    much.close();
    assertThat(done).contains("discard");
  }
}
