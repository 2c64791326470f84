/** Programs that run while nobody waits for them: kept, found again, cancelled, forgotten. */
@NullMarked
package org.pyexec.jobs;

import org.jspecify.annotations.NullMarked;
