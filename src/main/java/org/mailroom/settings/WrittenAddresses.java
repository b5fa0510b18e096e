package org.mailroom.settings;

import java.net.URI;
import org.springframework.beans.PropertyEditorRegistry;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.propertyeditors.URIEditor;
import org.springframework.stereotype.Component;

/**
 * Reads addresses in settings as they are written. Spring's default escapes them once more, so that
 * {@code %40} leaves as {@code %2540}.
 */
@Component
final class WrittenAddresses implements BeanFactoryPostProcessor {

  @Override
  public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
    beans.addPropertyEditorRegistrar(WrittenAddresses::register);
  }

  static void register(PropertyEditorRegistry editors) {
    editors.registerCustomEditor(URI.class, new URIEditor(false));
  }
}
