package obs

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func dial(t *testing.T, s *Server) *websocket.Conn {
	t.Helper()
	socket, res, err := websocket.DefaultDialer.DialContext(t.Context(), s.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Cleanup(func() { _ = socket.Close() })
	read(t, socket, opHello)
	return socket
}

// read reads one message of an operation.
func read(t *testing.T, socket *websocket.Conn, op int) map[string]any {
	t.Helper()
	var m struct {
		Op   int            `json:"op"`
		Data map[string]any `json:"d"`
	}
	if err := socket.ReadJSON(&m); err != nil || m.Op != op {
		t.Fatalf("operation %d: %v, want %d", m.Op, err, op)
	}
	return m.Data
}

func say(t *testing.T, socket *websocket.Conn, text string) {
	t.Helper()
	if err := socket.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// Whoever does not keep to the protocol is let go with the code that says why.
func TestCloseCodes(t *testing.T) {
	t.Parallel()
	s, err := Start(Options{Password: "x"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	open, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(open.Close)
	const identify = `{"op":1,"d":{"rpcVersion":1}}`
	for _, c := range []struct {
		server *Server
		says   []string
		code   int
	}{
		{open, []string{`{`}, messageDecodeError},
		{open, []string{`{"d":{}}`}, missingDataField},
		{open, []string{`{"op":1}`}, missingDataField},
		{open, []string{`{"op":1,"d":[]}`}, invalidDataFieldType},
		{open, []string{`{"op":6,"d":{"requestType":"GetVersion","requestId":"1"}}`}, notIdentified},
		{open, []string{`{"op":1,"d":{}}`}, missingDataField},
		{open, []string{`{"op":1,"d":{"rpcVersion":2}}`}, unsupportedRPCVersion},
		{open, []string{identify, identify}, alreadyIdentified},
		{open, []string{identify, `{"op":77,"d":{}}`}, unknownOpCode},
		{s, []string{identify}, authenticationFailed},
	} {
		socket := dial(t, c.server)
		for _, text := range c.says {
			say(t, socket, text)
		}
		var end *websocket.CloseError
		for err = nil; err == nil; {
			_, _, err = socket.ReadMessage()
		}
		if !errors.As(err, &end) || end.Code != c.code {
			t.Errorf("%v ends with %v, want %d", c.says, err, c.code)
		}
	}
}

// A client hears what it asked for, may ask for something else later, and may ask many things at once.
func TestReidentifyAndBatch(t *testing.T) {
	t.Parallel()
	s, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	socket := dial(t, s)
	say(t, socket, `{"op":1,"d":{"rpcVersion":1,"eventSubscriptions":4}}`)
	read(t, socket, opIdentified)
	s.SetScene("Break")
	if e := read(t, socket, opEvent); e["eventType"] != "CurrentProgramSceneChanged" {
		t.Errorf("heard %v", e)
	}
	say(t, socket, `{"op":3,"d":{"eventSubscriptions":64}}`)
	read(t, socket, opIdentified)
	s.SetScene("Talking")
	s.SaveReplay("Replay 1.mkv")
	if e := read(t, socket, opEvent); e["eventType"] != "ReplayBufferSaved" {
		t.Errorf("heard %v", e)
	}
	say(t, socket, `{"op":8,"d":{"requestId":"b","haltOnFailure":true,"requests":[
		{"requestType":"GetRecordStatus"},{"requestType":"StopStream"},{"requestType":"GetVersion"}]}}`)
	text, err := json.Marshal(read(t, socket, opRequestBatchResponse)["results"])
	if err != nil {
		t.Fatal(err)
	}
	var results []response
	if err := json.Unmarshal(text, &results); err != nil || len(results) != 2 || !results[0].Status.Result || results[1].Status.Code != outputNotRunning {
		t.Errorf("the batch answers %s, %v", text, err)
	}
}
