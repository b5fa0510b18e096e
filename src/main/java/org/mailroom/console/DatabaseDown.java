package org.mailroom.console;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;

/**
 * A page that can't be shown without the database, while that is down: HTTP 503, and a page that
 * says so.
 */
@ControllerAdvice(basePackageClasses = DatabaseDown.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class DatabaseDown {

  @ExceptionHandler({
    DataAccessResourceFailureException.class,
    CannotCreateTransactionException.class
  })
  void tell(HttpServletResponse answer) throws IOException {
    answer.sendError(HttpStatus.SERVICE_UNAVAILABLE.value());
  }
}
