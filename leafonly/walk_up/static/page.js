// Written for old browsers too: a television is one.
(function () {
  "use strict";
  var LONGEST = 20000; // milliseconds for one scenario; a dead issuer's site costs Chromium 10 s
  var form = document.getElementById("form");
  var start = document.getElementById("start");
  var conclusion = document.getElementById("conclusion");
  var items = document.getElementById("list").getElementsByTagName("li");

  function post(path, asked, then) {
    var request = new XMLHttpRequest();
    request.open("POST", path);
    request.timeout = LONGEST;
    request.setRequestHeader("Content-Type", "application/json");
    request.onload = function () {
      var said = {};
      try { said = JSON.parse(request.responseText); } catch (error) { /* said stays empty */ }
      then(request.status, said);
    };
    request.onerror = request.ontimeout = function () {
      then(0, { error: "The test has ended, or this device has lost its network." });
    };
    request.send(JSON.stringify(asked));
  }

  function show(item, mark, text) {
    item.className = mark;
    item.getElementsByClassName("answer")[0].textContent = text;
  }

  function reveal(id, visible) {
    var element = document.getElementById(id); // is there for a test root only
    if (element) { element.hidden = !visible; }
  }

  function stop(text) {
    conclusion.textContent = text;
    start.disabled = false;
  }

  function remembered(value) {
    try { // private windows may have no storage
      if (value !== undefined) { localStorage.setItem("leafonly-device", value); }
      return localStorage.getItem("leafonly-device") || "";
    } catch (error) { return ""; }
  }

  function load(url, then) {
    var request = new XMLHttpRequest();
    request.open("GET", url);
    request.timeout = LONGEST;
    request.onload = function () { then("loaded", request.responseText); };
    request.onerror = function () { then("failed", ""); };
    request.ontimeout = function () { then("timeout", ""); };
    request.send();
  }

  function ask(device, number) {
    var item = items[number];
    show(item, "", "still trying …");
    post("/begin", { device: device, scenario: item.getAttribute("data-scenario") },
      function (status, said) {
        if (status === 409) { // another device is being tested
          show(item, "", "waiting for another device …");
          setTimeout(function () { ask(device, number); }, 1000);
        } else if (status !== 200) {
          stop(said.error || "This page could not be understood.");
        } else {
          load(said.url, function (outcome, token) {
            show(item, "", outcome === "loaded" ? "it connected" : "it did not connect");
            post("/end", { device: device, outcome: outcome, token: token.slice(0, 100) },
              function (status, said) { next(device, number, status, said); });
          });
        }
      });
  }

  function next(device, number, status, said) {
    if (status !== 200) {
      stop(said.error || "This page could not be understood.");
    } else if (number + 1 < items.length) {
      ask(device, number + 1);
    } else {
      finish(said);
    }
  }

  function finish(said) {
    for (var number = 0; number < items.length; number += 1) {
      var found = said.answers[items[number].getAttribute("data-scenario")];
      show(items[number], found.mark, found.text);
    }
    stop(said.conclusion);
    start.textContent = "Test again";
    start.hidden = !said.again;
    reveal("before", said.again);
    reveal("after", !said.again);
  }

  form.onsubmit = function (event) {
    event.preventDefault();
    start.disabled = true;
    conclusion.textContent = "";
    for (var number = 0; number < items.length; number += 1) {
      show(items[number], "", "not tested yet");
    }
    var name = document.getElementById("name");
    post("/enter", { device: remembered(), name: name.value }, function (status, said) {
      if (status !== 200) { stop(said.error || "This page could not be understood."); return; }
      remembered(said.device);
      name.value = said.name;
      ask(said.device, 0);
    });
  };
}());
