package org.pyexec.web;

import org.pyexec.api.AnswerTerms;
import org.pyexec.client.Client;
import org.pyexec.execution.ExecutionTarget;
import org.pyexec.sandbox.Program;

/**
 * What a request to execute asks for.
 *
 * @param program what is to run
 * @param target where it is to run
 * @param client who asks
 * @param requestId the request's id
 */
record ExecuteOrder(Program program, ExecutionTarget target, AnswerTerms terms, Client client, String requestId) {}
