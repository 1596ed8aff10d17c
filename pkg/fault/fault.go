// Package fault gives errors a code and a sentence that the person who meets them can act on. What
// has no code is internal: its text stays in the log.
package fault

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"
)

// Code says what kind of thing went wrong, in words that stay the same for ever.
type Code string

// The codes, each with one HTTP status.
const (
	Invalid         Code = "invalid"
	Unauthenticated Code = "unauthenticated"
	Forbidden       Code = "forbidden"
	NotFound        Code = "not_found"
	Conflict        Code = "conflict"
	Precondition    Code = "precondition"
	KeyReused       Code = "key_reused"
	TooLarge        Code = "too_large"
	Limited         Code = "limited"
	Unavailable     Code = "unavailable"
	Internal        Code = "internal"
)

var statuses = map[Code]int{
	Invalid:         http.StatusBadRequest,
	Unauthenticated: http.StatusUnauthorized,
	Forbidden:       http.StatusForbidden,
	NotFound:        http.StatusNotFound,
	Conflict:        http.StatusConflict,
	Precondition:    http.StatusPreconditionFailed,
	KeyReused:       http.StatusUnprocessableEntity,
	TooLarge:        http.StatusRequestEntityTooLarge,
	Limited:         http.StatusTooManyRequests,
	Unavailable:     http.StatusServiceUnavailable,
	Internal:        http.StatusInternalServerError,
}

// Status is the HTTP status of the code; 500 for an unknown one.
func (c Code) Status() int {
	if status, ok := statuses[c]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// Error is an error for the person who caused it.
type Error struct {
	Code Code `json:"code"`
	// Detail is a sentence that says what to do.
	Detail string `json:"detail"`
	// Fields maps the name of a field to what is wrong with it.
	Fields map[string]string `json:"errors,omitempty"`
	// RetryAfter is in how many seconds the same may be tried again; zero says nothing about it.
	RetryAfter int `json:"retryAfter,omitempty"`
}

// New makes an error with a code and a sentence.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Field makes an Invalid error about one field of the input.
func Field(name, format string, args ...any) *Error {
	sentence := fmt.Sprintf(format, args...)
	return &Error{Code: Invalid, Detail: name + ": " + sentence, Fields: map[string]string{name: sentence}}
}

// After says in what time the same may be tried again.
func (e *Error) After(wait time.Duration) *Error {
	e.RetryAfter = int(math.Ceil(wait.Seconds()))
	return e
}

func (e *Error) Error() string { return e.Detail }

// From finds the Error in err's chain. Anything else is Internal, and tells nothing.
func From(err error) *Error {
	var f *Error
	if errors.As(err, &f) {
		return f
	}
	return New(Internal, "something went wrong on the server; its log says what")
}

// Is tells whether err carries the code.
func Is(err error, code Code) bool {
	var f *Error
	return errors.As(err, &f) && f.Code == code
}
