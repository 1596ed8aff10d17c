package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// inputOf reads what Do has sent.
func inputOf(req micro.Request) (Input, error) {
	in := Input{Params: map[string]string{}, Body: req.Data()}
	values, err := url.ParseQuery(req.Headers().Get(headerParams))
	if err != nil {
		return in, fmt.Errorf("parameters: %w", err)
	}
	for name := range values {
		in.Params[name] = values.Get(name)
	}
	return in, nil
}

// bind fills a request struct from the path, the query and the body. An unknown or ill-typed field
// is an error that names it.
func bind(req any, in Input) error {
	v := reflect.ValueOf(req).Elem()
	if raw := rawField(v); raw.IsValid() {
		raw.SetBytes(in.Body)
	} else if len(bytes.TrimSpace(in.Body)) > 0 {
		if err := bindBody(req, in.Body); err != nil {
			return err
		}
	}
	known := map[string]bool{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := cmp.Or(field.Tag.Get("path"), field.Tag.Get("query"), field.Tag.Get("header"))
		if name == "" {
			continue
		}
		known[name] = true
		text, given := in.Params[name]
		if !given {
			v.Field(i).SetZero() // a body may not set what belongs to the path
			continue
		}
		if err := bindText(v.Field(i), text); err != nil {
			return fault.Field(name, "%s", err)
		}
	}
	for name := range in.Params {
		if !known[name] {
			return fault.Field(name, "there is no such parameter here")
		}
	}
	return nil
}

// rawField is the field that takes the body as it came; invalid when there is none.
func rawField(v reflect.Value) reflect.Value {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("body") == "raw" {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

func bindBody(req any, body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(req)
	if err == nil {
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return fault.New(fault.Invalid, "the body has something after its JSON object")
		}
		return nil
	}
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return fault.Field(wrongType.Field, "this should be a %s, not a %s", jsonName(wrongType.Type), wrongType.Value)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fault.Field(strings.Trim(name, `"`), "there is no such field here")
	}
	return fault.New(fault.Invalid, "the body is no JSON object: %s", err)
}

func jsonName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "object"
	}
	return "number"
}

func bindText(field reflect.Value, text string) error {
	switch field.Interface().(type) {
	case time.Time:
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return fmt.Errorf("%q is no time such as 2026-01-31T20:00:00Z", text)
		}
		field.Set(reflect.ValueOf(at))
		return nil
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is no whole number", text)
		}
		field.SetInt(n)
	case reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is no whole number", text)
		}
		field.SetUint(n)
	default:
		return fmt.Errorf("a parameter cannot be a %s", field.Kind())
	}
	return nil
}
