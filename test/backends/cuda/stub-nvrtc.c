/*
 * An NVRTC that compiles nothing: code is the text with the options before it, for an architecture with a
 * number as "machine code", else as "PTX". `#error` in the text is one, and `#crash` a failure of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct program {
  char *text, *name, *code, log[256];
  int is_ptx;
};

int nvrtcVersion(int *major, int *minor) { *major = 13; *minor = 0; return 0; }
const char *nvrtcGetErrorString(int status) {
  return status == 0 ? "NVRTC_SUCCESS" : status == 6 ? "NVRTC_ERROR_COMPILATION" : status == 11 ? "NVRTC_ERROR_INTERNAL_ERROR" : 0;
}
int nvrtcGetNumSupportedArchs(int *count) { *count = 2; return 0; }
int nvrtcGetSupportedArchs(int *all) { all[0] = 80; all[1] = 90; return 0; }
int nvrtcCreateProgram(struct program **program, const char *text, const char *name, int headers, void *a, void *b) {
  if (headers || a || b) return 3;
  *program = calloc(1, sizeof **program);
  (*program)->text = strdup(text);
  (*program)->name = strdup(name);
  return 0;
}
int nvrtcCompileProgram(struct program *program, int count, const char **options) {
  char *error = strstr(program->text, "#error");
  if (strstr(program->text, "#crash")) return 11;
  if (error) {
    int line = 1;
    for (char *c = program->text; c < error; c++) line += *c == '\n';
    snprintf(program->log, sizeof program->log, "%s(%d): error: #error is an error\n\n1 error detected.\n", program->name, line);
    return 6;
  }
  size_t length = strlen(program->text) + 2;
  for (int i = 0; i < count; i++) length += strlen(options[i]) + 1;
  program->code = calloc(length, 1);
  for (int i = 0; i < count; i++) {
    strcat(strcat(program->code, options[i]), "\n");
    program->is_ptx |= strstr(options[i], "compute_") != 0;
  }
  strcat(program->code, program->text);
  return 0;
}
int nvrtcGetProgramLogSize(struct program *program, size_t *size) { *size = strlen(program->log) + 1; return 0; }
int nvrtcGetProgramLog(struct program *program, char *log) { strcpy(log, program->log); return 0; }
int nvrtcGetCUBINSize(struct program *program, size_t *size) { *size = program->is_ptx ? 0 : strlen(program->code); return 0; }
int nvrtcGetCUBIN(struct program *program, char *code) { memcpy(code, program->code, strlen(program->code)); return 0; }
int nvrtcGetPTXSize(struct program *program, size_t *size) { *size = strlen(program->code) + 1; return 0; }
int nvrtcGetPTX(struct program *program, char *code) { strcpy(code, program->code); return 0; }
int nvrtcDestroyProgram(struct program **program) {
  free((*program)->text);
  free((*program)->name);
  free((*program)->code);
  free(*program);
  *program = 0;
  return 0;
}
