package org.pyexec.files;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FileStoreSettingsTest {

    @Test
    void valuesThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FileStoreSettings(Duration.ZERO, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new FileStoreSettings(Duration.ofSeconds(-1), 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new FileStoreSettings(Duration.ofSeconds(1), 0, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FileStoreSettings(Duration.ofSeconds(Long.MAX_VALUE), 1, 1));
    }
}
